namespace Unroll.Classroom.Equations;

/// <summary>
/// A layer of the engine beside its reference in double precision: one loss, whose gradients are made by hand in both.
/// <see cref="LayerCheck"/> holds them to finite differences and to each other.
/// </summary>
public interface ICheckedLayer
{
    /// <summary>The layer's name, as <c>--cell</c> has it where there is one.</summary>
    string Name { get; }

    /// <summary>Every parameter of the reference; its loss reads the values, which may be moved.</summary>
    IReadOnlyList<CheckedParameter> Parameters { get; }

    /// <summary>The reference: the loss at the parameters as they are now.</summary>
    double Loss();

    /// <summary>The reference: the loss's gradients by every parameter, in their order.</summary>
    IReadOnlyList<double[]> Gradients();

    /// <summary>
    /// The engine, in single precision: the same loss and gradients at the parameters that the layer began with.
    /// </summary>
    (double Loss, IReadOnlyList<float[]> Gradients) Engine();
}

/// <summary>One parameter of a layer that is checked.</summary>
/// <param name="Name">Its name without layer and direction, such as <c>weight_ih</c>.</param>
/// <param name="Values">Its values, row-major.</param>
public sealed record CheckedParameter(string Name, double[] Values);
