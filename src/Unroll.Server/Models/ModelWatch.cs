using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Unroll.Server.Models;

/// <summary>
/// Looks at the models' files now and then, and loads a model anew when they have changed and rest. Looking works on every file
/// system; a folder that is half written fails its check and is tried again at the next look.
/// </summary>
/// <param name="store">The models.</param>
/// <param name="options">Of the server.</param>
/// <param name="log">Where reloads stand.</param>
internal sealed partial class ModelWatch(ModelStore store, ServerOptions options, ILogger<ModelWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Watch)
            return;
        var failed = new Dictionary<ModelSlot, string>();
        using var timer = new PeriodicTimer(options.WatchInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                foreach (ModelSlot slot in store.All.Where(slot => slot.HasChanged))
                {
                    try
                    {
                        int version = (await slot.ReloadAsync().ConfigureAwait(false)).Version;
                        failed.Remove(slot);
                        Reloaded(log, slot.Name, version);
                    }
                    catch (InputException e)
                    {
                        // Said once, for it is tried again at every look.
                        if (failed.GetValueOrDefault(slot) != e.Message)
                            NotReloaded(log, slot.Name, e.Message);
                        failed[slot] = e.Message;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "model {Model} loaded anew, version {Version}")]
    private static partial void Reloaded(ILogger log, string model, int version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "model {Model} not loaded anew, the old one goes on: {Reason}")]
    private static partial void NotReloaded(ILogger log, string model, string reason);
}
