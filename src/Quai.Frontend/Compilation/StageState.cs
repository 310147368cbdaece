using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>A stage while it is compiled; or an image that instructions take files of.</summary>
/// <param name="baseName">The image or stage that it begins with.</param>
/// <param name="lines">Where that is said.</param>
/// <param name="platform">The platform that it is for.</param>
internal sealed class StageState(string baseName, LineRange lines, Platform platform)
{
    /// <summary>The image or stage that it begins with.</summary>
    public string BaseName => baseName;

    /// <summary>Where that is said.</summary>
    public LineRange Lines => lines;

    /// <summary>The platform that it is for.</summary>
    public Platform Platform { get; set; } = platform;

    /// <summary>Its number; -1 for an image.</summary>
    public int Index { get; init; } = -1;

    /// <summary>Its name, or one made of its number where there are several; empty for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>The name it was given; empty for none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The FROM that it begins with; empty for an image.</summary>
    public string Command { get; init; } = "";

    /// <summary>The stage that it begins with; null for an image.</summary>
    public StageState? Base { get; set; }

    /// <summary>What is done in it.</summary>
    public List<Instruction> Instructions { get; init; } = [];

    /// <summary>Which stages or images the files of a COPY, or of each mount of a RUN, are of; null for the context.</summary>
    public Dictionary<Instruction, IReadOnlyList<StageState?>> Origins { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether its steps are done even if their results are known.</summary>
    public bool IgnoresCache { get; init; }

    /// <summary>The files made so far.</summary>
    public Files? Files { get; set; }

    /// <summary>The variables of its steps: those of ENV and of ARG.</summary>
    public OrderedDictionary<string, string> Variables { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The directory that its steps are in.</summary>
    public string Directory { get; set; } = "/";

    /// <summary>Who its steps are run by; empty for root.</summary>
    public string User { get; set; } = "";

    /// <summary>The image's configuration.</summary>
    public ImageConfig Image { get; set; } = new();

    /// <summary>The variables of ARG until now.</summary>
    public List<(string Name, string? Value)> Arguments { get; set; } = [];

    /// <summary>How many steps are shown.</summary>
    public int Steps { get; set; }

    /// <summary>The number of the last step that was named.</summary>
    public int Step { get; set; }

    /// <summary>Whether it has had a CMD.</summary>
    public bool HasCommand { get; set; }

    /// <summary>Whether it has had a WORKDIR, in a stage that it begins with or itself.</summary>
    public bool HasDirectory { get; set; }

    /// <summary>Whether all of it is compiled.</summary>
    public bool IsDone { get; set; }

    /// <summary>The paths of its first files that are used.</summary>
    public HashSet<string> Paths { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What stands for it by the client's wish; null for nothing.</summary>
    public NamedContext? Given { get; set; }

    /// <summary>Whether something stands for it, so that nothing is done in it.</summary>
    public bool IsReplaced => Given is not null;

    /// <summary>All that it needs done before.</summary>
    public IEnumerable<StageState> Needs => (Base is null ? [] : (StageState[])[Base]).Concat(Given is null ? Origins.Values.SelectMany(o => o).OfType<StageState>() : []);

    /// <summary>The settings of its image for a container.</summary>
    public ExecutionConfig Config => Image.Config ??= new ExecutionConfig();
}
