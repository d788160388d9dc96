using Unroll.Models;

namespace Unroll.Server.Models;

/// <summary>A model as it was loaded once; a reload makes another one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">1 for the first load, 2 for the next.</param>
/// <param name="Loaded">When.</param>
/// <param name="Classifier">The model.</param>
internal sealed record ServedModel(string Name, int Version, DateTimeOffset Loaded, SentenceClassifier Classifier);
