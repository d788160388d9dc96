using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Models;
using Unroll.Tests;
using Unroll.Training;
using Xunit;

namespace Unroll.Extensions.Tests;

public class ServedClassifierTests
{
    [Fact]
    public async Task A_host_loads_the_model_when_it_starts_and_answers()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model.zip"]);
        using IHost host = HostOf(folder["model.zip"]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(host.Services.GetRequiredService<ServedClassifier>().LoadedAt);
        var classifier = host.Services.GetRequiredService<ISentenceClassifier>();
        Assert.Equal("good", classifier.Predict("a lovely film").Label);
        Assert.Equal(["good", "bad"], classifier.Predict(["lovely", "dull"]).Select(each => each.Label));
        Assert.Equal(["bad", "good"], classifier.Labels);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_wrong_with_a_model_is_told_when_the_host_starts()
    {
        using var folder = new TemporaryFolder();
        using IHost host = HostOf(folder["none"]);
        InputException e = await Assert.ThrowsAsync<InputException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("no such folder", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("model.zip")]
    public void A_changed_model_is_loaded_again(string name)
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder[name]);
        using ServedClassifier served = Serve(folder[name]);
        Assert.Equal("good", served.Predict("lovely").Label);
        Assert.False(served.ReloadIfChanged());
        SmallModels.Yes.Save(folder[name], overwrite: true);
        Assert.True(served.ReloadIfChanged());
        Assert.Equal("yes", served.Predict("lovely").Label);
    }

    [Fact]
    public void A_model_is_loaded_again_when_asked_and_a_broken_one_leaves_the_old()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model"]);
        using ServedClassifier served = Serve(folder["model"]);
        LoadedModel first = served.Loaded;
        Assert.Equal(1, first.Version);
        Assert.Equal(2, served.Reload().Version);
        SmallModels.Yes.Save(folder["model"], overwrite: true);
        Assert.Equal(3, served.Reload().Version);
        Assert.Equal(("good", "yes"), (first.Predict("lovely").Label, served.Predict("lovely").Label));
        File.WriteAllText(Path.Combine(folder["model"], "config.json"), "{");
        Assert.Contains("config.json", Assert.Throws<InputException>(served.Reload).Message, StringComparison.Ordinal);
        Assert.Equal((3, "yes"), (served.Loaded.Version, served.Predict("lovely").Label));
    }

    [Fact]
    public async Task A_change_is_seen_without_being_asked_for()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model"]);
        using ServedClassifier served = Serve(folder["model"], o => o.PollInterval = TimeSpan.FromMilliseconds(20));
        served.Load();
        SmallModels.Yes.Save(folder["model"], overwrite: true);
        for (var clock = Stopwatch.StartNew(); served.Labels[1] != "yes" && clock.Elapsed < TimeSpan.FromSeconds(30);)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal("yes", served.Predict("lovely").Label);
    }

    [Fact]
    public async Task While_a_folder_is_half_copied_the_old_model_answers_and_the_check_says_so()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model"]);
        SmallModels.Yes.Save(folder["other"]);
        using ServedClassifier served = Serve(folder["model"]);
        served.Load();
        string[] files =
        [
            .. Directory.GetFiles(folder["other"]).Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];
        foreach (string file in files[..^1])
        {
            Copy(file);
            Assert.False(served.ReloadIfChanged());
            Assert.Equal("good", served.Predict("lovely").Label);
            HealthCheckResult degraded = await Check(served);
            Assert.Equal(HealthStatus.Degraded, degraded.Status);
            Assert.StartsWith("the old model answers: ", degraded.Description, StringComparison.Ordinal);
        }
        Copy(files[^1]);
        Assert.True(served.ReloadIfChanged());
        Assert.Equal("yes", served.Predict("lovely").Label);
        Assert.Equal(HealthStatus.Healthy, (await Check(served)).Status);

        void Copy(string file) => File.Copy(file, Path.Combine(folder["model"], Path.GetFileName(file)), overwrite: true);
    }

    [Fact]
    public async Task The_first_load_waits_for_a_folder_that_is_being_written()
    {
        using var folder = new TemporaryFolder();
        using ServedClassifier served = Serve(
            folder["model"], o => (o.LoadTries, o.RetryDelay) = (200, TimeSpan.FromMilliseconds(20)));
        var writer = Task.Run(async () =>
        {
            await Task.Delay(100);
            SmallModels.Good.Save(folder["model"]);
        });
        Assert.Equal("good", served.Predict("lovely").Label);
        await writer;
    }

    [Fact]
    public async Task Nothing_fails_and_nothing_is_torn_while_the_model_is_replaced_again_and_again()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model"]);
        using ServedClassifier served = Serve(folder["model"], o => o.PollInterval = TimeSpan.FromMilliseconds(1));
        served.Load();
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
                (i % 2 == 0 ? SmallModels.Yes : SmallModels.Good).Save(folder["model"], overwrite: true);
        });
        Prediction good = SmallModels.Good.Predict("a lovely film"), yes = SmallModels.Yes.Predict("a lovely film");
        int loads = 0;
        try
        {
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(3); loads++)
            {
                Prediction answer = served.Predict("a lovely film");
                Assert.True(answer == good || answer == yes, $"{answer}");
                Prediction loaded = SentenceClassifier.Load(folder["model"]).Predict("a lovely film");
                Assert.True(loaded == good || loaded == yes, $"{loaded}");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
        }
        Assert.True(loads > 5, $"{loads} loads");
    }

    [Fact]
    public async Task A_prediction_beside_a_training_is_of_before_or_after()
    {
        var options = new TrainingOptions { Epochs = 1, Embedding = 8, Hidden = 8, Linear = false };
        SentenceClassifier classifier = SentenceClassifier.Train(SmallModels.Rows("good", "bad"), options);
        Prediction before = classifier.Predict("a lovely film");
        var training = Task.Run(() => classifier.Fit(
            SmallModels.Rows("good", "bad"), new TrainingOptions { Epochs = 30, Threads = 1 }));
        var answers = new HashSet<Prediction>();
        while (!training.IsCompleted)
            answers.Add(classifier.Predict("a lovely film"));
        await training;
        Prediction after = classifier.Predict("a lovely film");
        Assert.NotEqual(before, after);
        Assert.All(answers, answer => Assert.True(answer == before || answer == after, $"{answer}"));
        Assert.Contains(before, answers);
    }

    [Fact]
    public void Limits_and_thresholds_hold_and_are_counted()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["model"]);
        var counts = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == UnrollTelemetry.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value > 0 ? 1 : 0, tags));
        listener.Start();
        var activities = new List<Activity>();
        using var source = new ActivityListener
        {
            ShouldListenTo = each => each.Name == UnrollTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(source);
        using ServedClassifier served = Serve(
            folder["model"], o => (o.MaximumTokens, o.Threshold, o.Name) = (3, 1, "counted"));
        Assert.True(served.Predict("a lovely zzz").Abstains);
        Assert.Throws<InputException>(() => served.Predict("a lovely film at last"));
        Assert.Equal(2, served.Predict(["lovely", "dull"]).Count());
        Assert.Equal(
            (3, 2, 5, 1, 3, 1, 1),
            (counts["unroll.predictions"], counts["unroll.predict.duration"], counts["unroll.tokens"],
                counts["unroll.unknown_tokens"], counts["unroll.abstentions"], counts["unroll.refused"], counts["unroll.loads"]));
        Activity[] ours = [.. activities.Where(each => Equals(each.GetTagItem("unroll.model"), "counted"))];
        Assert.Equal(
            ["unroll.load", "unroll.predict", "unroll.predict", "unroll.predict"],
            ours.Select(each => each.OperationName).Order());
        Assert.Single(ours, each => each.Status == ActivityStatusCode.Error);

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Equals(tags[0].Value, "counted"))
                counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value;
        }
    }

    [Fact]
    public void Several_models_have_keys()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Good.Save(folder["good"]);
        SmallModels.Yes.Save(folder["yes"]);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKeyedUnroll("a", folder["good"]).AddKeyedUnroll("b", folder["yes"]);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("good", provider.GetRequiredKeyedService<ISentenceClassifier>("a").Predict("lovely").Label);
        Assert.Equal("yes", provider.GetRequiredKeyedService<ISentenceClassifier>("b").Predict("lovely").Label);
    }

    [Theory]
    [InlineData("", 1, null, "UnrollOptions.Path is empty, expected the folder or file of a model")]
    [InlineData("x", 0, null, "UnrollOptions.LoadTries is 0, expected a positive number")]
    [InlineData("x", 1, 2.0, "UnrollOptions.Threshold is 2, expected a probability from 0 to 1")]
    public void Options_that_cannot_be_are_refused(string path, int tries, double? threshold, string expected)
    {
        var options = new UnrollOptions { Path = path, LoadTries = tries, Threshold = threshold };
        Assert.Equal(expected, Assert.Throws<InputException>(options.Validate).Message);
    }

    private static Task<HealthCheckResult> Check(ServedClassifier served) =>
        new UnrollHealthCheck(served).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

    private static ServedClassifier Serve(string path, Action<UnrollOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddUnroll(path, o =>
        {
            o.PollInterval = TimeSpan.FromDays(1);
            o.LoadTries = 1;
            configure?.Invoke(o);
        });
        return services.BuildServiceProvider().GetRequiredService<ServedClassifier>();
    }

    private static IHost HostOf(string path)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddUnroll(path, o => o.LoadTries = 1);
        builder.Services.AddHealthChecks().AddUnroll();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        return builder.Build();
    }
}
