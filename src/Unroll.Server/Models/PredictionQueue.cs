using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Operation;

namespace Unroll.Server.Models;

/// <summary>
/// Texts on their way to a model. While a worker is free, a request's own thread computes it at once; else it waits, and a worker
/// that comes free takes all that wait, up to 64, as one batch. So batches grow with the load and cost no time without it.
/// </summary>
/// <param name="slot">The model.</param>
/// <param name="options">Of the server.</param>
/// <param name="metrics">Where batches are counted.</param>
internal sealed class PredictionQueue(ModelSlot slot, ServerOptions options, ServerMetrics metrics)
{
    private const int MostTogether = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Work> _waiting = new();
    private int _free = options.Workers;
    private int _texts;

    /// <summary>Texts that wait.</summary>
    public int Waiting => Volatile.Read(ref _texts);

    /// <summary>Classifies the texts of a request.</summary>
    /// <param name="texts">At least one.</param>
    /// <param name="cancellation">Ends the wait; work that has not begun is then left out.</param>
    /// <returns>The predictions in order, all of one model.</returns>
    /// <exception cref="RequestException">The queue is full (429), or a text cannot be classified (422).</exception>
    public async Task<(LoadedModel Model, Prediction[] Predictions)> PredictAsync(
        IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        LoadedModel model = slot.Current;
        Work[] parts =
            [.. texts.Chunk(MostTogether).Select((part, i) => new Work(model, part, i * MostTogether, cancellation))];
        Work? own = Enqueue(parts, texts.Count);
        if (own is not null)
        {
            Compute([own]);
            GiveBack();
        }
        var predictions = new List<Prediction>(texts.Count);
        foreach (Work part in parts)
            predictions.AddRange(await part.Result.WaitAsync(cancellation).ConfigureAwait(false));
        return (model, [.. predictions]);
    }

    // The part that the caller computes itself, if a worker is free and nothing waits before it.
    private Work? Enqueue(Work[] parts, int texts)
    {
        bool starts = false;
        Work? own = null;
        lock (_lock)
        {
            if (_texts + texts > options.QueueCapacity && _texts > 0)
                throw new RequestException(StatusCodes.Status429TooManyRequests, "too many texts wait; try again in a second");
            int first = 0;
            if (_free > 0 && _waiting.Count == 0 && options.BatchWindow == TimeSpan.Zero)
            {
                _free--;
                own = parts[0];
                first = 1;
            }
            for (int i = first; i < parts.Length; i++)
            {
                _waiting.Enqueue(parts[i]);
                _texts += parts[i].Texts.Length;
            }
            if (_free > 0 && _waiting.Count > 0)
            {
                _free--;
                starts = true;
            }
        }
        if (starts)
            StartWorker();
        return own;
    }

    private void GiveBack()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _free++;
                return;
            }
        }
        StartWorker();
    }

    private void StartWorker() =>
        ThreadPool.UnsafeQueueUserWorkItem(static queue => _ = queue.WorkAsync(), this, preferLocal: false);

    private async Task WorkAsync()
    {
        var batch = new List<Work>();
        while (true)
        {
            if (options.BatchWindow > TimeSpan.Zero && Waiting < MostTogether)
                await Task.Delay(options.BatchWindow).ConfigureAwait(false);
            batch.Clear();
            bool startsAnother = false;
            lock (_lock)
            {
                int texts = 0;
                while (_waiting.TryPeek(out Work? next) && (texts == 0 || texts + next.Texts.Length <= MostTogether)
                    && (batch.Count == 0 || next.Model == batch[0].Model))
                {
                    batch.Add(_waiting.Dequeue());
                    texts += next.Texts.Length;
                    _texts -= next.Texts.Length;
                }
                if (batch.Count == 0)
                {
                    _free++;
                    return;
                }
                if (_waiting.Count > 0 && _free > 0)
                {
                    _free--;
                    startsAnother = true;
                }
            }
            if (startsAnother)
                StartWorker();
            Compute(batch);
        }
    }

    private void Compute(List<Work> batch)
    {
        Work[] wanted = [.. batch.Where(work => !work.IsAbandoned())];
        if (wanted.Length == 0)
            return;
        metrics.Batch(slot.Name, wanted.Sum(work => work.Texts.Length));
        try
        {
            Prediction[] all = wanted[0].Model.Predict([.. wanted.SelectMany(work => work.Texts)]);
            int at = 0;
            foreach (Work work in wanted)
            {
                work.Complete(all[at..(at + work.Texts.Length)]);
                at += work.Texts.Length;
            }
        }
        catch (InputException) when (wanted.Length > 1)
        {
            // One text's fault is not the others'.
            foreach (Work work in wanted)
                Compute([work]);
        }
        catch (Exception e)
        {
            foreach (Work work in wanted)
                work.Fail(e is InputException ? Refusal(work, e) : e);
        }
    }

    // Which of a request's texts it is.
    private static RequestException Refusal(Work work, Exception failure)
    {
        for (int i = 0; i < work.Texts.Length && work.First + work.Texts.Length > 1; i++)
        {
            try
            {
                work.Model.Classifier.Predict(work.Texts[i]);
            }
            catch (InputException e)
            {
                return new RequestException(
                    StatusCodes.Status422UnprocessableEntity, FormattableString.Invariant(
                        $"text {work.First + i + 1}: {e.Message}"));
            }
        }
        return new RequestException(StatusCodes.Status422UnprocessableEntity, failure.Message);
    }

    // Texts of one request that are computed together.
    private sealed class Work(LoadedModel model, string[] texts, int first, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<Prediction[]> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LoadedModel Model => model;

        public string[] Texts => texts;

        // The place of the first text in the request.
        public int First => first;

        public Task<Prediction[]> Result => _result.Task;

        public bool IsAbandoned()
        {
            if (!cancellation.IsCancellationRequested)
                return false;
            _result.TrySetCanceled(cancellation);
            return true;
        }

        public void Complete(Prediction[] predictions) => _result.TrySetResult(predictions);

        public void Fail(Exception e) => _result.TrySetException(e);
    }
}
