// Retrains a model whenever the file of rows changes, and swaps it: whoever serves the same model reads the new one.
// dotnet run --project samples/worker -- --Rows samples/reviews.tsv --Model reviews.zip
using Unroll;
using Unroll.Extensions;
using Unroll.Models;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddHostedService<Retraining>();
await builder.Build().RunAsync();

internal sealed class Retraining(IConfiguration configuration, IHostApplicationLifetime life, ILogger<Retraining> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string rows = configuration["Rows"] ?? "samples/reviews.tsv", model = configuration["Model"] ?? "reviews.zip";
        DateTime trained = DateTime.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            DateTime changed = File.GetLastWriteTimeUtc(rows);
            if (changed != trained)
                await Train(rows, model, stoppingToken);
            trained = changed;
            if (configuration["Once"] is not null)
            {
                life.StopApplication();
                return;
            }
            await Task.Delay(TimeSpan.FromSeconds(2), stoppingToken);
        }
    }

    private async Task Train(string rows, string model, CancellationToken stoppingToken)
    {
        try
        {
            SentenceClassifier classifier = await Task.Run(
                () => SentenceClassifier.Train(
                    rows, configuration.GetSection("Training").GetTrainingOptions(), progress: new TrainingLog(logger),
                    cancellationToken: stoppingToken),
                stoppingToken);
            classifier.Save(model, overwrite: true);
            logger.LogInformation("Saved {Model}", model);
        }
        catch (InputException e)
        {
            logger.LogError("{Message}", e.Message);
        }
    }
}
