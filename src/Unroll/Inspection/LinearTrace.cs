namespace Unroll.Inspection;

/// <summary>What a term of the text adds to z.</summary>
/// <param name="Term">As <c>terms.txt</c> has it: a piece of a token begins with a blank.</param>
/// <param name="Value">λ x_j W_jk.</param>
public sealed record TermValue(string Term, double Value);

/// <summary>What the linear part of a model adds to z, the logit of the predicted class k: λ (W x + b)_k.</summary>
/// <param name="Share">λ.</param>
/// <param name="Bias">λ b_k.</param>
/// <param name="Words">
/// [T]: what each word adds, λ Σ x_j W_jk over its terms. A term of several words gives each of them the same part.
/// </param>
/// <param name="Dropped">The same of the words that the network drops, all together; the linear part reads them.</param>
/// <param name="Strongest">The terms that add most, for or against, the strongest first; at most ten.</param>
public sealed record LinearTrace(
    double Share, double Bias, IReadOnlyList<double> Words, double Dropped, IReadOnlyList<TermValue> Strongest);
