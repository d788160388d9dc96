using System.Text.Json;
using Unroll.Live.Looks;
using Unroll.Live.Sessions;
using Unroll.Storage;

namespace Unroll.Live;

/// <summary>
/// The live lab behind the page: one session, and a second one with another cell where two race. The page asks in JSON, one
/// request after the other, and gets all that it draws.
/// </summary>
/// <remarks>
/// <code>
/// {"do": "start", "settings": {…}, "journal": [[…], …], "rival": "gru"}     begin, as a link says
/// {"do": "act", "action": ["step", 2], "replaces": false}                   see SettingsJson.ReadAction
/// {"do": "seek", "moment": 17}                                              look back
/// {"do": "rival", "cell": "gru"}                                            race with another cell, or with null no more
/// {"do": "look"}                                                            nothing
/// {"do": "open", …}, {"do": "read", …}                                      see OwnModel
/// </code>
/// Each may have <c>"watch"</c>, the sentences to show, and <c>"losses"</c>, how many losses the page has. The answer is the
/// view of <see cref="LabView"/>, or <c>{"error": "…"}</c> in one line.
/// </remarks>
public sealed class LiveLab
{
    private readonly Missions _missions = new();
    private readonly OwnModel _model = new();
    private LiveSession _session = new(new LiveSettings());
    private LiveSession? _rival;
    private int _lossesKept = int.MaxValue;

    /// <summary>The session.</summary>
    public LiveSession Session => _session;

    /// <summary>The second session of a race; null without one.</summary>
    public LiveSession? Rival => _rival;

    /// <summary>Answers a request.</summary>
    /// <param name="request">One JSON object.</param>
    /// <returns>One JSON object.</returns>
    public string Call(string request)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(request);
            JsonElement json = document.RootElement;
            if (OwnModel.Knows(json.GetProperty("do").GetString()))
                return JsonLine.Of(_model.Answer(json));
            Do(json);
            return View(json);
        }
        catch (InputException e)
        {
            return JsonLine.Of(json => json.WriteString("error", e.Message));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException
            or IndexOutOfRangeException)
        {
            // What a link holds may be anything.
            string message = $"the request cannot be read: {e.Message.ReplaceLineEndings(" ")}";
            return JsonLine.Of(json => json.WriteString("error", message));
        }
    }

    private void Do(JsonElement json)
    {
        switch (json.GetProperty("do").GetString())
        {
            case "start":
                Start(json);
                break;
            case "act":
                bool replaces = json.TryGetProperty("replaces", out JsonElement value) && value.GetBoolean();
                Act(SettingsJson.ReadAction(json.GetProperty("action")), replaces);
                break;
            case "seek":
                _session.Seek(json.GetProperty("moment").GetInt32());
                _rival?.SeekEpoch(_session.Epoch);
                break;
            case "rival":
                _rival = CreateRival(json);
                break;
            case "look":
                break;
            case var name:
                throw new InputException($"no request is called {name}");
        }
        _missions.Watch(_session);
    }

    private void Start(JsonElement json)
    {
        LiveSettings settings = SettingsJson.Read(json.GetProperty("settings"));
        var session = new LiveSession(settings);
        if (json.TryGetProperty("journal", out JsonElement journal))
        {
            foreach (JsonElement action in journal.EnumerateArray())
                session.Apply(SettingsJson.ReadAction(action));
        }
        (_session, _rival, _lossesKept) = (session, null, 0);
        if (json.TryGetProperty("rival", out JsonElement rival) && rival.ValueKind == JsonValueKind.String)
            _rival = CreateRival(rival.GetString()!);
    }

    private void Act(LiveAction action, bool replaces)
    {
        // What comes after the epoch that is looked at is forgotten.
        int epoch = _session.Epoch;
        _session.Apply(action, replaces);
        _lossesKept = Math.Min(_lossesKept, epoch);
        if (IsForBoth(action))
            _rival?.Apply(action, replaces);
    }

    // What was changed by hand in one network says nothing about the other.
    private static bool IsForBoth(LiveAction action) =>
        action is not (LiveAction.SetWeight or LiveAction.ScaleRecurrent or LiveAction.PinGate);

    private LiveSession? CreateRival(JsonElement json) =>
        SettingsJson.Text(json, "cell") is { } name ? CreateRival(name) : null;

    private LiveSession CreateRival(string name)
    {
        Cell cell = RecurrentCells.All.FirstOrDefault(one => RecurrentCells.NameOf(one) == name, Cell.Transformer);
        var rival = new LiveSession(_session.Settings with { Cell = cell });
        foreach (LiveAction action in _session.Journal.Where(IsForBoth))
            rival.Apply(action);
        _lossesKept = 0;
        return rival;
    }

    private string View(JsonElement json)
    {
        int known = json.TryGetProperty("losses", out JsonElement losses) ? losses.GetInt32() : 0;
        string[] watched = json.TryGetProperty("watch", out JsonElement watch)
            ? [.. watch.EnumerateArray().Select(text => text.GetString()!)]
            : [];
        SentenceLook[] looks = [.. watched.Select(text => SentenceLook.Of(_session, text))];
        var view = new LabView(_session, _rival, looks, _missions, Math.Min(known, _lossesKept));
        _lossesKept = int.MaxValue;
        return JsonLine.Of(view.WriteFields);
    }
}
