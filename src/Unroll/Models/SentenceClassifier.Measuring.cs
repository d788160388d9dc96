using Unroll.Data;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <content>How a trained classifier is measured, and what is chosen by rows that it was not trained on.</content>
public sealed partial class SentenceClassifier
{
    /// <summary>
    /// Below this probability a prediction says that the model abstains, 0 to 1; it is saved with the model.
    /// <c>ChooseThreshold</c> finds one for a wanted precision. Default: 0, never. A model that gives a text several labels has
    /// one a label in its place, <see cref="ModelConfig.Thresholds"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 0 or more than 1.</exception>
    /// <exception cref="InputException">Set for a model that gives a text several labels.</exception>
    public double Threshold
    {
        get => Config.Threshold;
        set
        {
            if (!(value is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "expected a probability from 0 to 1");
            if (value > 0 && Config.MultiLabel)
                throw HasSeveralLabels;
            Config = Config with { Threshold = value };
        }
    }

    /// <summary>Measures loss, accuracy, macro-F1, calibration and confusions on labelled rows.</summary>
    /// <param name="rows">
    /// The rows. One with a label that the model does not know counts as wrong, and in
    /// <see cref="EvaluationResult.UnknownLabelRows"/>; <see cref="EvaluationRun"/> names these labels.
    /// </param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <exception cref="InputException">No row has a label that the model knows.</exception>
    public EvaluationResult Evaluate(IEnumerable<LabelledText> rows, int? threads = null) => Evaluate(Read(rows), threads);

    /// <summary>Measures loss, accuracy, macro-F1, calibration and confusions.</summary>
    /// <param name="rows">What the model reads of the rows.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    internal EvaluationResult Evaluate(ModelRows rows, int? threads = null)
    {
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        return new Evaluator(Networks, Config.Classes, pool, LinearPass()).Evaluate(
            rows.Ids, rows.Terms, Config.Temperature, (_, logits) => Prediction.RequireFinite(logits), Config)
            .Named(Config.Labels);
    }

    /// <summary>
    /// Fits the model's temperature to rows it was not trained on, so that its probabilities are what they claim. Its labels stay
    /// the same.
    /// </summary>
    /// <param name="rows">The dev rows. Those with a label that the model does not know are passed over.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <exception cref="InputException">No row has a label that the model knows.</exception>
    public CalibrationReport Calibrate(IEnumerable<LabelledText> rows, int? threads = null) => Calibrate(Read(rows), threads);

    /// <summary>Fits the model's temperature; see the other overload.</summary>
    /// <param name="rows">What the model reads of the rows.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    internal CalibrationReport Calibrate(ModelRows rows, int? threads = null)
    {
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        CalibrationReport report = Calibration.Run(
            LabelledLogits.Of(
                new Evaluator(Networks, Config.Classes, pool, LinearPass()), Config.Classes, rows.Ids, rows.Terms));
        SetTemperature(report.Temperature);
        return report;
    }

    /// <summary>
    /// Chooses below which probability the model abstains, so that of its answers a wanted share is right: the lowest such
    /// <see cref="Threshold"/> on rows it was not trained on. To be called after <c>Calibrate</c>.
    /// </summary>
    /// <param name="rows">The dev rows. Those with a label that the model does not know are passed over.</param>
    /// <param name="precision">The wanted share of right answers, above 0 and below 1, such as 0.95.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <returns>What was chosen; <see cref="AbstentionReport.IsReached"/> says whether there is such a threshold.</returns>
    /// <exception cref="InputException">No row has a label that the model knows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The precision is no share above 0 and below 1.</exception>
    public AbstentionReport ChooseThreshold(IEnumerable<LabelledText> rows, double precision, int? threads = null) =>
        ChooseThreshold(Read(rows), precision, threads);

    /// <summary>Chooses the threshold; see the other overload.</summary>
    internal AbstentionReport ChooseThreshold(ModelRows rows, double precision, int? threads = null)
    {
        if (Config.MultiLabel)
            throw HasSeveralLabels;
        if (!(precision is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "expected a share above 0 and below 1");
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        AbstentionReport report = Abstention.Choose(
            LabelledLogits.Of(
                new Evaluator(Networks, Config.Classes, pool, LinearPass()), Config.Classes, rows.Ids, rows.Terms),
            Config.Temperature, precision);
        Threshold = report.Threshold;
        return report;
    }

    private static InputException HasSeveralLabels => new(
        "a threshold below which a model abstains is for one label a text, and this one gives several, each from a threshold " +
        "of its own on; call ChooseThresholds");

    /// <summary>
    /// Chooses from which probability on a text has each label, of a model that gives a text several: where the label's F1 is
    /// highest on rows that the model was not trained on. A label that fewer than five of them have keeps 0.5. To be called after
    /// <c>Calibrate</c>; training does so.
    /// </summary>
    /// <param name="rows">The dev rows.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <returns>The thresholds, in the order of the labels: those of the model's configuration now.</returns>
    /// <exception cref="InputException">The model gives every text one label, or no row has a label that it knows.</exception>
    public IReadOnlyList<double> ChooseThresholds(IEnumerable<LabelledText> rows, int? threads = null) =>
        ChooseThresholds(Read(rows), threads);

    /// <summary>Chooses the thresholds; see the other overload.</summary>
    internal IReadOnlyList<double> ChooseThresholds(ModelRows rows, int? threads = null)
    {
        if (!Config.MultiLabel)
        {
            throw new InputException(
                "the model gives every text one label, expected one that gives several; call ChooseThreshold to let it abstain");
        }
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        var logits = LabelledLogits.Of(
            new Evaluator(Networks, Config.Classes, pool, LinearPass()), Config.Classes, rows.Ids, rows.Terms);
        Config = Config with { Thresholds = LabelThresholds.Choose(logits, Config.Temperature) };
        return Config.Thresholds;
    }

    /// <summary>What the model reads of rows of a corpus.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <exception cref="InputException">No row has a label that the model knows.</exception>
    internal ModelRows Read(Corpus corpus, IReadOnlyList<int>? rows = null) =>
        new(Encode(corpus, rows, areMeasured: true), Linear?.Terms.Read(corpus, rows));

    private ModelRows Read(IEnumerable<LabelledText> rows) =>
        new RowEncoder(Config, Vocabulary, areMeasured: true).Read(rows, "row", MaximumTokens, Linear?.Terms);

    /// <summary>
    /// Chooses the temperature by rows that the model was not trained on, and before it the share of a linear part with which
    /// both together fit them best.
    /// </summary>
    /// <param name="part">The linear part; null for the network alone.</param>
    /// <param name="rows">The rows, with the terms of the part.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    internal CalibrationReport FitTo(ModelRows rows, LinearPart? part, int? threads)
    {
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        var logits = LabelledLogits.Of(
            new Evaluator(Networks, Config.Classes, pool), Config.Classes, rows.Ids, terms: null);
        SetLinear(null, 0);
        if (part is not null && rows.Terms is { } terms)
        {
            LabelledLogits linear = logits.Of(part, terms);
            SetLinear(part, Networks.Count == 0 ? 1 : LogitMixture.FitShare(logits, linear));
            logits = LogitMixture.Mix(Config.LinearShare, logits, linear);
        }
        CalibrationReport report = Calibration.Run(logits);
        SetTemperature(report.Temperature);
        return report;
    }
}
