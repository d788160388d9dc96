namespace Unroll.Engine.Cells;

/// <summary>
/// DeltaNet as it was first (Yang et al., 2024): <see cref="DeltaNetCell"/> with β up to 1, so that no part of the state
/// changes its sign.
/// </summary>
/// <param name="hiddenSize">H, where it is known.</param>
internal sealed class DeltaNet1Cell(int hiddenSize = 0) : DeltaNetCell(most: 1, hiddenSize);
