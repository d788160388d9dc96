// Answers with a model, as a native program of a few megabytes that starts in milliseconds.
// dotnet publish samples/native-aot -c Release -o out && out/native-aot reviews.zip "not bad at all"
using Unroll.Models;

SentenceClassifier classifier = SentenceClassifier.Load(args[0]);
foreach (Prediction prediction in classifier.Predict(args.Skip(1)))
    Console.WriteLine($"{prediction}\t{prediction.Text}");
