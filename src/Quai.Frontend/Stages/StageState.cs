using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Stages;
using Quai.Frontend.Graph;
using Quai.Oci.Images;

namespace Quai.Frontend.Stages;

/// <summary>A stage while it is compiled; or an image that files are copied from.</summary>
/// <param name="baseName">What it begins with.</param>
/// <param name="lines">Where it is asked for.</param>
internal sealed class StageState(string baseName, LineRange lines)
{
    /// <summary>What it begins with.</summary>
    public string BaseName { get; } = baseName;

    /// <summary>Where it is asked for.</summary>
    public LineRange Lines { get; } = lines;

    /// <summary>The stage; null for an image that files are copied from.</summary>
    public Stage? Stage { get; init; }

    /// <summary>The stage that it begins with; null for none.</summary>
    public StageState? Base { get; init; }

    /// <summary>What it is called in the build's progress; empty for the only stage.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The platform that its FROM asks for; then the one that it has.</summary>
    public Platform? Platform { get; set; }

    /// <summary>Its instructions, the triggers of its base first.</summary>
    public List<StageCommand> Commands { get; set; } = [];

    /// <summary>How many of its instructions are counted in the build's progress.</summary>
    public int CountedCommands { get; set; }

    /// <summary>How many of them were compiled.</summary>
    public int CommandIndex { get; set; }

    /// <summary>Whether what it begins with is known.</summary>
    public bool IsResolved { get; set; }

    /// <summary>Whether its triggers are among its instructions.</summary>
    public bool HasTriggers { get; set; }

    /// <summary>Whether it is compiled.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether its steps do not take results from the cache.</summary>
    public bool IsWithoutCache { get; init; }

    /// <summary>Its files; null for none.</summary>
    public Output? Files { get; set; }

    /// <summary>The paths of its files that others take; the root for all.</summary>
    public HashSet<string> WantedPaths { get; } = new(StringComparer.Ordinal);

    /// <summary>The image's configuration.</summary>
    public ImageConfig Image { get; set; } = new();

    /// <summary>The configuration of the image that it begins with, if need be through other stages; null where that is none.</summary>
    public ImageConfig? BaseImage { get; set; }

    /// <summary>The variables of what runs.</summary>
    public Variables Variables { get; } = new();

    /// <summary>The arguments that were declared, in their order.</summary>
    public List<ArgPair> Arguments { get; } = [];

    /// <summary>Where things run.</summary>
    public string Directory { get; set; } = "/";

    /// <summary>As whom things run; empty for root.</summary>
    public string User { get; set; } = "";

    /// <summary>Whether a WORKDIR was there.</summary>
    public bool HasDirectory { get; set; }

    /// <summary>Where the last CMD, ENTRYPOINT and HEALTHCHECK are.</summary>
    public Dictionary<string, LineRange> LastOf { get; } = [];

    /// <summary>The image's settings.</summary>
    public ExecutionConfig Config => Image.Config ??= new ExecutionConfig();

    /// <summary>Takes over what the stage that it begins with has.</summary>
    public void Inherit(StageState parent)
    {
        Files = parent.Files;
        Platform = parent.Platform;
        Image = ImageJson.ReadConfig(ImageJson.Write(parent.Image));
        BaseImage = parent.BaseImage;
        Config.OnBuild = null;
        Variables.SetAll(parent.Variables);
        Arguments.AddRange(parent.Arguments);
        Directory = parent.Directory;
        User = parent.User;
        HasDirectory = parent.HasDirectory;
    }
}
