namespace Unroll.Classroom.Tests;

/// <summary>What the lab prints, whether the command runs it, its one file, or a sheet that is filled in right.</summary>
internal static class LabOutput
{
    public const string Text = """
        Epoch [50/300] - Loss: 0.0848
        Epoch [100/300] - Loss: 0.0451
        Epoch [150/300] - Loss: 0.0309
        Epoch [200/300] - Loss: 0.0236
        Epoch [250/300] - Loss: 0.0191
        Epoch [300/300] - Loss: 0.0160

        ==== Testing ====
        Sentence: ['The', 'movie', 'is', 'bad'] → Prediction: 0 (bad)
        Sentence: ['The', 'movie', 'is', 'good'] → Prediction: 1 (good)

        """;
}
