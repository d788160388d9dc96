// Trains and answers in one trimmed file that needs no .NET on the machine.
// dotnet publish samples/single-file -c Release -r linux-x64 -o out && out/single-file samples/reviews.tsv "not bad at all"
using Unroll.Models;
using Unroll.Training;

SentenceClassifier classifier = SentenceClassifier.Train(args[0], new TrainingOptions { Networks = 0 });
foreach (Prediction prediction in classifier.Predict(args.Skip(1)))
    Console.WriteLine($"{prediction}\t{prediction.Text}");
