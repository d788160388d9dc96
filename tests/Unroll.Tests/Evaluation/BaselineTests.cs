using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class BaselineTests
{
    private static readonly EncodedTexts Separable = Texts.Of(
        ([1, 2, 3], 0), ([1, 4], 0), ([2, 1], 0), ([5, 2, 3], 1), ([5, 4], 1), ([2, 5], 1), ([3, 6], 2), ([6, 2, 4], 2),
            ([4, 6, 6], 2));

    [Fact]
    public void Texts_that_words_tell_apart_are_learned()
    {
        BagOfWordsBaseline baseline = BagOfWordsBaseline.Train(Separable, classes: 3);
        EvaluationResult result = baseline.Evaluate(Separable);
        Assert.Equal(1, result.Accuracy);
        Assert.InRange(result.Loss, 0.001, 0.5);
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2], baseline.Predict(Separable));
        Assert.Equal([1, 0, 2], baseline.Predict(Texts.Of(([4, 5, 99], 0), ([1], 0), ([6], 0))));
    }

    [Fact]
    public void Pairs_tell_apart_what_words_do_not()
    {
        // "not good" and "bad" against "good" and "not bad".
        const int Not = 1, Good = 2, Bad = 3;
        EncodedTexts texts = Texts.Of(([Not, Good], 0), ([Bad], 0), ([Good], 1), ([Not, Bad], 1));
        Assert.Equal([0, 0, 1, 1], BagOfWordsBaseline.Train(texts, classes: 2).Predict(texts));
    }

    [Fact]
    public void A_text_of_unknown_words_gets_what_is_frequent()
    {
        EncodedTexts train = Texts.Of(([1], 1), ([1, 2], 1), ([2], 1), ([3], 0));
        EncodedTexts unknown = Texts.Of(([77, 78], 1));
        BagOfWordsBaseline baseline = BagOfWordsBaseline.Train(train, classes: 2);
        Assert.Equal([1], baseline.Predict(unknown));
        Assert.InRange(baseline.Evaluate(unknown).Loss, 0.01, 0.69);
    }

    [Fact]
    public void One_class_is_predicted_without_loss()
    {
        EncodedTexts texts = Texts.Of(([1, 2], 0), ([3], 0));
        Assert.Equal((1, 0), Scores(BagOfWordsBaseline.Train(texts, classes: 1).Evaluate(texts)));
        Assert.Equal((1, 0), Scores(MajorityBaseline.Train(texts, classes: 1).Evaluate(texts)));

        static (double Accuracy, double Loss) Scores(EvaluationResult result) => (result.Accuracy, result.Loss);
    }

    [Fact]
    public void The_same_texts_give_the_same_numbers_to_the_last_bit()
    {
        double Loss() => BagOfWordsBaseline.Train(Separable, classes: 3).Evaluate(Separable).Loss;
        Assert.Equal(Loss(), Loss());
    }

    [Fact]
    public void Ten_thousand_classes_take_bounded_memory()
    {
        const int Classes = 10_000;
        var texts = new EncodedTexts();
        for (int row = 0; row < 200; row++)
            texts.Add([.. Enumerable.Range(row * 10, 10)], label: row * 50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        BagOfWordsBaseline baseline = BagOfWordsBaseline.Train(texts, Classes);
        Assert.Equal((1 << 24) / Classes, baseline.Terms);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80_000_000);
    }

    [Fact]
    public void The_majority_is_the_first_of_equals_and_a_class_without_texts_costs_a_finite_loss()
    {
        MajorityBaseline majority = MajorityBaseline.Train(
            Texts.Of(([1], 2), ([1], 1), ([1], 2), ([1], 1), ([1], 0)), classes: 4);
        Assert.Equal(1, majority.Label);
        EvaluationResult result = majority.Evaluate(Texts.Of(([9], 1), ([9], 2), ([9], 3), ([9], 1)));
        Assert.Equal(0.5, result.Accuracy);
        Assert.Equal(-(3 * Math.Log(3.0 / 9) + Math.Log(1.0 / 9)) / 4, result.Loss, tolerance: 1e-6);
    }

    [Fact]
    public void Phrases_of_sst2_teach_it_at_least_82_percent_of_the_test_sentences()
    {
        var train = new Corpus(new Tokenizer(TokenKind.Whitespace));
        foreach (LabelledText row in DataFile.Read(SharedData.File("sst2-glue/train.tsv")))
            train.Add(row.Label, row.Text);
        Corpus test = train.CreateSharing();
        foreach (LabelledText row in DataFile.Read(SharedData.File("sst2-glue/test.tsv")))
            test.Add(row.Label, row.Text);

        BagOfWordsBaseline baseline = BagOfWordsBaseline.Train(Encode(train), classes: 2);
        Assert.Equal(86_324, baseline.Terms);
        Assert.InRange(baseline.Evaluate(Encode(test)).Accuracy, 0.82, 0.86);

        static EncodedTexts Encode(Corpus corpus)
        {
            var texts = new EncodedTexts();
            for (int row = 0; row < corpus.Count; row++)
                texts.Add(corpus.TokensOf(row), corpus.LabelOf(row));
            return texts;
        }
    }
}
