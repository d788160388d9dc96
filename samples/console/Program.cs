// Trains on a file of labelled texts, saves the model, and answers what is typed.
// dotnet run --project samples/console -- samples/reviews.tsv
using Unroll.Models;
using Unroll.Training;

string data = args.Length > 0 ? args[0] : "samples/reviews.tsv";
SentenceClassifier classifier = SentenceClassifier.Train(data, new TrainingOptions { Precision = 0.9 });
classifier.Save("reviews.zip", overwrite: true);
Console.WriteLine($"{classifier.Labels.Count} labels, {classifier.Vocabulary.Size} words; saved in reviews.zip");

while (Console.ReadLine() is { } text)
{
    Prediction prediction = classifier.Predict(text);
    Console.WriteLine(prediction.Answer is { } label
        ? $"{label} ({prediction.Probability:P0})"
        : $"not sure, perhaps {prediction.Label}; {prediction.UnknownTokens} of {prediction.Tokens} words are unknown");
}
