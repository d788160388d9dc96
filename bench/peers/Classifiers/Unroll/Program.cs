using Classifiers;
using Unroll.Models;

return Measured.Run(args, Train, Load);

static void Train(string rows, string path) =>
    SentenceClassifier.Train(rows).Save(path, overwrite: true);

static Func<string, string> Load(string path)
{
    var classifier = SentenceClassifier.Load(path);
    return text => classifier.Predict(text).Label;
}
