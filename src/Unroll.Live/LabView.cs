using System.Numerics;
using System.Text.Json;
using Unroll.Classroom;
using Unroll.Engine.Networks;
using Unroll.Live.Looks;
using Unroll.Live.Sessions;
using Unroll.Storage;

namespace Unroll.Live;

/// <summary>
/// All that the page draws, as JSON; <c>client/src/live/view.ts</c> has the form. What is no number is null.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="rival">The second session of a race; null without one.</param>
/// <param name="looks">The sentences that are shown.</param>
/// <param name="missions">The missions.</param>
/// <param name="firstLoss">The first epoch whose loss the page does not have.</param>
internal sealed class LabView(
    LiveSession session, LiveSession? rival, IReadOnlyList<SentenceLook> looks, Missions missions, int firstLoss)
{
    /// <summary>Writes it into an object.</summary>
    public void WriteFields(Utf8JsonWriter json)
    {
        SampleAnswer[] samples = SampleAnswers.Of(session, session.Samples);
        SampleAnswer[] unseen = SampleAnswers.Of(session, session.Task.Unseen);
        json.WritePropertyName("settings");
        SettingsJson.Write(json, session.Settings);
        json.WriteString("question", session.Task.Question);
        json.WriteTexts("cells", [.. RecurrentCells.All.Select(RecurrentCells.NameOf)]);
        json.WriteBoolean("readsActivation", session.Network.Layout.Cell.ReadsNonlinearity);
        json.WriteStartArray("journal");
        foreach (LiveAction action in session.Journal)
            SettingsJson.WriteAction(json, action);
        json.WriteEndArray();
        WriteProgress(json);
        json.WriteTexts("words", session.Words);
        json.WriteTexts("labels", session.Labels);
        WriteAnswers(json, "samples", samples);
        WriteAnswers(json, "unseen", unseen);
        WriteParameters(json);
        WriteGates(json);
        WriteEigenvalues(json);
        WriteSentences(json);
        WriteRival(json);
        WriteMissions(json, missions.Of(session, looks, samples, unseen));
        json.WriteString("command", LiveCommand.Of(session));
        if (LiveCommand.DifferenceOf(session) is { } difference)
            json.WriteString("commandNote", difference);
    }

    private void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteNumber("epoch", session.Epoch);
        json.WriteNumber("update", session.Update);
        json.WriteNumber("nextSample", session.NextSample);
        json.WriteNumber("at", session.At);
        json.WriteNumber("moments", session.MomentEpochs.Count);
        json.WriteNumber("lr", session.LearningRate);
        if (session.ClipNorm is { } norm)
            json.WriteNumber("clip", norm);
        json.WriteBoolean("diverged", session.HasDiverged);
        json.WriteBoolean("addsLosses", session.Task.AddsLosses);
        WriteLosses(json, session);
        if (session.Last is not { } last)
            return;
        json.WriteStartObject("last");
        json.WriteNumber("sample", last.Sample);
        json.WritePropertyName("loss");
        json.WriteNumberOrNull(last.Loss);
        json.WritePropertyName("norm");
        json.WriteNumberOrNull(last.GradientNorm);
        json.WriteBoolean("clipped", last.WasClipped);
        json.WriteEndObject();
    }

    private void WriteLosses(Utf8JsonWriter json, LiveSession of)
    {
        int first = Math.Min(firstLoss, of.Losses.Count);
        json.WriteNumber("firstLoss", first);
        json.WriteNumbers("losses", of.Losses.Skip(first));
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WriteStartArray("parameters");
        foreach (Parameter parameter in session.Network.Layout.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            string? symbol = LabExercise.Symbols.FirstOrDefault(each => each.Parameter == parameter.Name).Symbol;
            json.WriteString("symbol", symbol ?? parameter.Name);
            json.WriteNumbers("shape", parameter.Shape.Select(size => (double)size));
            json.WriteFloats("values", session.Network.Parameters.Read(parameter));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteGates(Utf8JsonWriter json)
    {
        json.WriteStartArray("gates");
        foreach ((string gate, bool? isOpen) in session.Gates)
        {
            json.WriteStartObject();
            json.WriteString("name", gate);
            if (isOpen is { } open)
                json.WriteBoolean("open", open);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteEigenvalues(Utf8JsonWriter json)
    {
        json.WriteStartArray("eigenvalues");
        if (RecurrentBlock.Of(session.Network) is { } block)
        {
            foreach (Complex value in Eigenvalues.Of(block.Read(session.Network), block.Size))
                WritePair(json, value.Real, value.Imaginary);
        }
        json.WriteEndArray();
    }

    private void WriteSentences(Utf8JsonWriter json)
    {
        double[][] states = [.. looks.SelectMany(look => look.States)];
        var frame = StateFrame.Of(session.Network, states.Length > 0 ? states : [new double[session.Settings.Hidden]]);
        json.WriteStartObject("frame");
        json.WriteString("axes", frame.Axes.ToString());
        json.WriteNumbers("explained", frame.Explained);
        json.WriteRows("scores", frame.Scores);
        json.WriteEndObject();
        json.WriteStartArray("sentences");
        foreach (SentenceLook look in looks)
        {
            json.WriteStartObject();
            WriteSentence(json, look, frame);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSentence(Utf8JsonWriter json, SentenceLook look, StateFrame frame)
    {
        json.WriteString("text", look.Text);
        json.WriteTexts("tokens", look.Tokens);
        json.WriteTexts("unknown", look.Unknown);
        if (look.Label is not null)
            json.WriteString("label", look.Label);
        json.WriteRows("probabilities", look.Probabilities);
        json.WriteRows("states", look.States);
        json.WriteRows("points", look.States.Select(frame.Point));
        if (look is not { Gradient: { } gradient, Trace: { } trace })
            return;
        json.WriteNumber("gradientLabel", look.GradientLabel);
        json.WritePropertyName("loss");
        json.WriteNumberOrNull(gradient.Loss);
        json.WriteNumbers("gradient", gradient.State);
        json.WriteNumbers("hiddenGradient", gradient.Hidden);
        json.WriteRows("cell", trace.States[0].Cell);
        json.WriteStartArray("gates");
        foreach ((string name, float[][] values) in trace.States[0].Gates)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteRows("values", values);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteRival(Utf8JsonWriter json)
    {
        if (rival is null)
            return;
        SampleAnswer[] answers = SampleAnswers.Of(rival, rival.Samples);
        json.WriteStartObject("rival");
        json.WriteString("cell", RecurrentCells.NameOf(rival.Settings.Cell));
        json.WriteNumber("parameters", rival.Network.Parameters.Length);
        json.WriteNumber("right", answers.Count(answer => answer.IsRight));
        json.WriteBoolean("diverged", rival.HasDiverged);
        WriteLosses(json, rival);
        json.WriteEndObject();
    }

    private static void WriteMissions(Utf8JsonWriter json, IReadOnlyList<Mission> all)
    {
        json.WriteStartArray("missions");
        foreach (Mission mission in all)
        {
            json.WriteStartObject();
            json.WriteString("id", mission.Id);
            json.WriteString("title", mission.Title);
            json.WriteString("measured", mission.Measured);
            json.WriteBoolean("done", mission.IsDone);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteAnswers(Utf8JsonWriter json, string key, IReadOnlyList<SampleAnswer> answers)
    {
        json.WriteStartArray(key);
        foreach (SampleAnswer answer in answers)
        {
            json.WriteStartObject();
            json.WriteString("text", answer.Sample.Text);
            json.WriteString("label", answer.Sample.Label);
            if (answer.Answer >= 0)
                json.WriteString("answer", session.Labels[answer.Answer]);
            json.WriteBoolean("right", answer.IsRight);
            json.WriteNumbers("probabilities", answer.Probabilities);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter json, double x, double y)
    {
        json.WriteStartArray();
        json.WriteNumberOrNull(x);
        json.WriteNumberOrNull(y);
        json.WriteEndArray();
    }
}
