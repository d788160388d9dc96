using Unroll.Text;

namespace Unroll.Training;

/// <summary>The size that pre-trained word vectors are brought to before they are trained further.</summary>
public enum VectorScale
{
    /// <summary>That of random ones: see <see cref="VectorStandardization"/>.</summary>
    Standard,

    /// <summary>Theirs: they stay as they are in the file.</summary>
    None,
}
