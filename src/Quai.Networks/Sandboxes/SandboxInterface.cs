using System.Globalization;

namespace Quai.Networks.Sandboxes;

/// <summary>An interface in a container's network namespace.</summary>
/// <param name="Number">0 for the first.</param>
/// <param name="Given">A name of its own; null for the usual one.</param>
public readonly record struct SandboxInterface(int Number, string? Given = null)
{
    // Not 2: some hosts put fallback tunnel devices into every new namespace, and those come first.
    private const int FirstIndex = 16;

    /// <summary>
    /// The index that it has in any case; null for one that follows from its number. An interface that is made by a request in the host's namespace must not have one that the host uses:
    /// kernels before 6.14 look there whether it is taken.
    /// </summary>
    public int? Chosen { get; init; }

    /// <summary>Its index.</summary>
    public int Index => Chosen ?? FirstIndex + Number;

    /// <summary>Its name: <c>eth0</c> and on, where none is given.</summary>
    public string Name => Given ?? string.Create(CultureInfo.InvariantCulture, $"eth{Number}");
}
