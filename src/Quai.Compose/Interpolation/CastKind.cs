namespace Quai.Compose.Interpolation;

/// <summary>What a text is to become.</summary>
internal enum CastKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Float,

    /// <summary>A truth value.</summary>
    Boolean,
}
