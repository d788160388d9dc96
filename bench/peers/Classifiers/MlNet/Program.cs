using Classifiers;
using Microsoft.ML;
using Microsoft.ML.Data;

return Measured.Run(args, Train, Load);

static void Train(string rows, string path)
{
    var context = new MLContext(seed: 42);
    IDataView data = context.Data.LoadFromTextFile<Row>(rows, hasHeader: true);
    var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
        .Append(context.Transforms.Text.FeaturizeText("Features", "Text"))
        .Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy())
        .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    context.Model.Save(pipeline.Fit(data), data.Schema, path);
}

static Func<string, string> Load(string path)
{
    var context = new MLContext();
    var engine = context.Model.CreatePredictionEngine<Row, Answer>(context.Model.Load(path, out _));
    return text => engine.Predict(new Row { Text = text }).PredictedLabel;
}

internal sealed class Row
{
    [LoadColumn(0)]
    public string Label { get; set; } = "";

    [LoadColumn(1)]
    public string Text { get; set; } = "";
}

internal sealed class Answer
{
    public string PredictedLabel { get; set; } = "";
}
