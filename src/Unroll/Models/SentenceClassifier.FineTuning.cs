using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <content>How a trained classifier learns more.</content>
public sealed partial class SentenceClassifier
{
    /// <summary>
    /// Makes a new model that knows these rows too: their labels, and their words. This one stays as it is.
    /// </summary>
    /// <param name="rows">Rows to learn; they may have labels that the model does not know.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="dev">Rows to measure on after every epoch; null to split some off.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>
    /// The new model, calibrated on the dev rows; without dev rows its temperature is the old one's, as its threshold is without
    /// <see cref="TrainingOptions.Precision"/>.
    /// </returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SentenceClassifier FineTune(
        IEnumerable<LabelledText> rows, FineTuningOptions? options = null, IEnumerable<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new FineTuningOptions();
        options.Validate();
        TrainingOptions training = options.Training ?? FineTuningOptions.Default;
        var corpus = new Corpus(Config.Tokens);
        corpus.AddRange(rows, cancellationToken);
        Corpus? devCorpus = dev is null ? null : corpus.CreateSharing();
        devCorpus?.AddRange(dev!, cancellationToken);
        IReadOnlyDictionary<string, double>? shares = null;
        if (options.OldRows is not null)
        {
            Corpus old = corpus.CreateSharing();
            old.AddRange(options.OldRows, cancellationToken);
            shares = AddShare(corpus, old, options.OldShare, training.Seed);
        }
        training = training.ForModel(Config);
        var tuning = new ClassifierTraining(DevSplit.Of(corpus, devCorpus, training), training)
        {
            From = this,
            Pull = options.Pull,
            TakenShares = shares,
        };
        tuning.Prepare(cancellationToken);
        tuning.Finish(tuning.Fit(progress, cancellationToken), progress: null, cancellationToken);
        return tuning.Classifier;
    }

    /// <summary>Adds a share of old rows to new ones, of each label the same share, at least one row.</summary>
    /// <param name="rows">Added to.</param>
    /// <param name="old">Rows that share their tokens with them.</param>
    /// <param name="share">Above 0 and at most 1.</param>
    /// <param name="seed">Which rows are drawn follows from it.</param>
    /// <returns>Of each label of the old rows the share that is among the rows now, of all its rows, old and new.</returns>
    public static IReadOnlyDictionary<string, double> AddShare(Corpus rows, Corpus old, double share, ulong seed)
    {
        Dictionary<int, int> fresh = Counts(rows, [.. Enumerable.Range(0, rows.Count)]);
        int[] all = [.. Enumerable.Range(0, old.Count)];
        if (share < 1)
        {
            int[] order = new int[old.Count];
            new TorchGenerator(seed).FillPermutation(order);
            all =
            [
                .. order.GroupBy(old.LabelOf)
                    .SelectMany(group => group.Take(Math.Max(1, (int)Math.Round(share * group.Count())))).Order(),
            ];
        }
        foreach (int row in all)
            rows.AddFrom(old, row, old.LabelOf(row));
        Dictionary<int, int> taken = Counts(old, all);
        return Counts(old, [.. Enumerable.Range(0, old.Count)]).ToDictionary(
            count => old.Labels[count.Key],
            count =>
            {
                double isNew = fresh.GetValueOrDefault(count.Key);
                return (isNew + taken[count.Key]) / (isNew + count.Value);
            });

        static Dictionary<int, int> Counts(Corpus corpus, int[] of) => of.CountBy(corpus.LabelOf).ToDictionary();
    }

    /// <summary>
    /// Makes labels as probable again as they are among all rows, where a share of their rows was learned (King and Zeng,
    /// "Logistic regression in rare events data", 2001): z_c += T log(1 / share_c), T the temperature.
    /// </summary>
    /// <param name="shares">The shares by label; other labels are whole.</param>
    internal void CorrectShares(IReadOnlyDictionary<string, double> shares)
    {
        float[] shift =
        [
            .. Config.Labels.Select(label => shares.TryGetValue(label, out double share)
                ? (float)(Config.Temperature * Math.Log(1 / share))
                : 0),
        ];
        foreach (Network network in Networks)
        {
            Parameter bias = network.Parameters.Find("output.bias");
            float[] values = network.Parameters.Read(bias);
            network.Parameters.Write(bias, [.. values.Zip(shift, (value, more) => value + more)]);
        }
        if (Linear is { } linear)
        {
            float[] values = [.. linear.Bias.ToArray().Zip(shift, (value, more) => value + more)];
            SetLinear(new LinearPart(linear.Terms, linear.Weight.ToArray(), values), Config.LinearShare);
        }
    }

    /// <summary>
    /// A copy of the model that knows more words and labels: behind the old ones, with fresh parameters; all old parameters stay.
    /// </summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">The rows to train on; null for all.</param>
    /// <param name="options">How often a new word must occur, how many there may be, and how fresh parameters are drawn.</param>
    internal SentenceClassifier Grow(Corpus corpus, IReadOnlyList<int>? rows, TrainingOptions options)
    {
        int[] all = [.. rows ?? [.. Enumerable.Range(0, corpus.Count)]];
        if (all.Length == 0)
            throw new InputException("no rows to train on, expected at least one");
        string[] newLabels =
        [
            .. all.Select(corpus.LabelOf).Distinct().SelectMany(number => LabelText.Split(corpus.Labels[number]))
                .Except(Config.Labels, StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        double[] thresholds = Config.Thresholds.Count == 0
            ? []
            : [.. Config.Thresholds, .. newLabels.Select(_ => ModelConfig.UsualThreshold)];
        Vocabulary vocabulary = Vocabulary.Grow(corpus, all, options.MinimumCount, options.MaximumVocabulary ?? int.MaxValue);
        ModelConfig config = Config with { Labels = [.. Config.Labels, .. newLabels], Thresholds = thresholds, Int8 = false };
        SentenceClassifier grown = Create(config, vocabulary, options);
        for (int k = 0; k < Networks.Count; k++)
        {
            Parameters old = Networks[k].Parameters, values = grown.Networks[k].Parameters;
            foreach (Parameter parameter in values.All)
            {
                float[] fresh = values.Read(parameter);
                Parameter before = old.Find(parameter.Name);
                GrownTensor.Copy(old.Read(before), before.Shape, fresh, parameter.Shape);
                values.Write(parameter, fresh);
            }
            grown.Networks[k].Pack();
        }
        grown.Linear = Linear is null ? null : LinearGrowth.WithClasses(Linear, grown.Config.Classes);
        grown.MaximumTokens = MaximumTokens;
        return grown;
    }
}
