using System.Diagnostics;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Bench;

/// <summary>The lab's 300 epochs, again and again in one process.</summary>
internal static class LabBenchmark
{
    public static void Run(TextWriter output)
    {
        LabelledText[] samples = [new("1", "The movie is good"), new("0", "The movie is bad")];
        var vocabulary = new Vocabulary(["The", "movie", "is", "good", "bad"], UnknownWords.Refuse);
        var config = new ModelConfig
        {
            Embedding = 0,
            Hidden = 2,
            Labels = ["0", "1"],
            Tokens = new Tokenizer(Lowercase: false),
            Unknown = UnknownWords.Refuse,
        };
        var options = new TrainingOptions
        {
            Initialization = Initialization.StandardNormal,
            Optimizer = OptimizerKind.Sgd,
            ClipNorm = null,
            Schedule = new LearningRateSchedule(ScheduleKind.Constant),
            Epochs = 300,
            LearningRate = 0.1f,
            BatchSize = 1,
            Shuffle = false,
            Threads = 1,
        };
        double TrainOnce()
        {
            long started = Stopwatch.GetTimestamp();
            SentenceClassifier.Create(config, vocabulary, options).Fit(samples, options);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        double first = TrainOnce();
        double median = Timing.Median(() => TrainOnce(), 1) * 1e3;
        output.WriteLine($"{{\"lab_first_ms\":{first:F2},\"lab_median_ms\":{median:F3}}}");
    }
}
