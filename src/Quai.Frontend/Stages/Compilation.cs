using Quai.BuildProtocol.Llb;
using Quai.Build.Frontends;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Graph;
using Quai.Frontend.Requests;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Stages;

/// <summary>What all stages of a compilation share.</summary>
/// <param name="Options">What the build is asked for.</param>
/// <param name="Source">The Dockerfile.</param>
/// <param name="Checks">The checks.</param>
internal sealed record Compilation(BuildOptions Options, SourceInfo Source, CheckRun Checks)
{
    /// <summary>The file's escape character.</summary>
    public char Escape { get; init; } = '\\';

    /// <summary>The platform that is built on.</summary>
    public required OciPlatform BuildPlatform { get; init; }

    /// <summary>The platform that is built for.</summary>
    public required OciPlatform TargetPlatform { get; init; }

    /// <summary>The arguments before the first stage, and those that every build has.</summary>
    public Variables Globals { get; set; } = new();

    /// <summary>The names of all arguments before the first stage.</summary>
    public HashSet<string> DeclaredGlobals { get; } = [];

    /// <summary>The step that stands for the context until it is known which of its files are wanted.</summary>
    public Vertex Context { get; } = new(new Op(), []);

    /// <summary>The paths of the context that are wanted.</summary>
    public HashSet<string> ContextPaths { get; } = new(StringComparer.Ordinal);

    /// <summary>What is needed of the client besides files.</summary>
    public Needs Needs { get; } = new();

    /// <summary>Whether the context is wanted.</summary>
    public bool UsesContext { get; set; }

    /// <summary>What of the context is left out; null where that is not known.</summary>
    public IgnoreRules? Ignored { get; set; }

    /// <summary>The context's files.</summary>
    public Output UseContext()
    {
        UsesContext = true;
        return Context.First;
    }

    /// <summary>An error with the place that it is about.</summary>
    public QuaiException At(LineRange lines, QuaiException error) =>
        error is SourceException ? error
        : new SourceException(error.Kind, error is DockerfileException { } known ? known.Problem : error.Message, Source,
            [.. GraphWriter.Ranges(error is DockerfileException { Lines.First: > 0 } placed ? placed.Lines : lines)], error);
}
