using Quai.Build.Layers;

namespace Quai.Build.Steps.Programs;

/// <summary>A folder that outlives builds, as a cache elsewhere has it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Files">Its files.</param>
internal sealed record KeptFolder(string Key, string Name, LayerStack Files)
{
    /// <summary>Where its files are: within a folder, as a layer does not tell of its own owner and mode.</summary>
    public const string Folder = "files";

    /// <summary>What kind of result it is.</summary>
    public const string Kind = "exec.cachemount";
}
