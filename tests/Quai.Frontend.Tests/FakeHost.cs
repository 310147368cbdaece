using Google.Protobuf;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Oci.Images;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Tests;

/// <summary>A builder that has the files and images it is given, and remembers what it was asked.</summary>
internal sealed class FakeHost : IFrontendHost
{
    public static readonly Digest Digest = Digest.Parse("sha256:" + new string('a', 64));

    /// <summary>The files of each source, by its identifier.</summary>
    public Dictionary<string, Dictionary<string, string>> Files { get; } = [];

    /// <summary>The configurations of images by name.</summary>
    public Dictionary<string, ImageConfig> Images { get; } = new()
    {
        ["docker.io/library/alpine:latest"] = new ImageConfig
        {
            Os = "linux",
            Architecture = "amd64",
            Config = new ExecutionConfig { Env = ["PATH=/bin"], Cmd = ["/bin/sh"] },
            History = [new HistoryEntry { CreatedBy = "ADD alpine.tar / # buildkit" }],
        },
    };

    public List<ImageQuestion> Questions { get; } = [];

    public List<Definition> Solved { get; } = [];

    public List<WarningEvent> Warnings { get; } = [];

    public IReadOnlyList<Platform> Platforms => [new Platform("linux", "amd64"), new Platform("linux", "arm64")];

    public string SessionId => "session";

    public Task<ResolvedImage> ResolveImageAsync(ImageQuestion question, CancellationToken cancellation)
    {
        lock (Questions)
        {
            Questions.Add(question);
        }

        return Images.TryGetValue(question.Reference, out ImageConfig? config)
            ? Task.FromResult(new ResolvedImage(question.Reference, Digest, ImageJson.Write(config)))
            : throw QuaiException.NotFound($"failed to resolve source metadata for {question.Reference}: {question.Reference}: not found");
    }

    public Task<IBuildRef?> SolveAsync(Definition definition, CancellationToken cancellation)
    {
        lock (Solved)
        {
            Solved.Add(definition);
        }

        if (definition.Def.Count == 0)
        {
            return Task.FromResult<IBuildRef?>(null);
        }

        string first = Op.Parser.ParseFrom(definition.Def[0]).Source?.Identifier ?? "";
        return Task.FromResult<IBuildRef?>(new FakeRef(definition, Files.GetValueOrDefault(first, [])));
    }

    public void Warn(WarningEvent warning) => Warnings.Add(warning);

    /// <summary>Builds a Dockerfile.</summary>
    public async Task<SolveResult> BuildAsync(string dockerfile, params (string Name, string Value)[] attributes)
    {
        Files["local://dockerfile"] = new Dictionary<string, string>(Files.GetValueOrDefault("local://dockerfile", [])) { ["Dockerfile"] = dockerfile };
        return await new DockerfileFrontend().RunAsync(new FrontendRequest(attributes.ToDictionary(a => a.Name, a => a.Value), new Dictionary<string, Definition>()), this, CancellationToken.None);
    }
}
