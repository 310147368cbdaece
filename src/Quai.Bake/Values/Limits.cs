namespace Quai.Bake.Values;

/// <summary>The bounds of what a bake file may make its reader do. Real files stay far below them.</summary>
internal static class Limits
{
    /// <summary>How many parts a value or a type may have; eight characters of text count as one.</summary>
    public const long LargestValue = 1 << 20;

    /// <summary>How many steps the evaluation of one set of files may take.</summary>
    public const long MostSteps = 5_000_000;

    /// <summary>How deep expressions, blocks and documents may be nested.</summary>
    public const int Deepest = 250;

    /// <summary>How many bits the exponent of a number may move its point.</summary>
    public const int LargestExponent = 20_000;

    /// <summary>The size itself, if a value may have it.</summary>
    public static long Checked(long size) =>
        size <= LargestValue ? size : throw new BakeException("a value in the bake definition is too large");
}
