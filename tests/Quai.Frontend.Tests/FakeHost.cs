using System.Text;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.BuildTransfer;
using Quai.Errors;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Tests;

/// <summary>Answers a frontend from memory: files of the client's directories, images with their configurations.</summary>
internal sealed class FakeHost : IFrontendHost
{
    public const string Digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

    public Dictionary<string, string> Files { get; } = [];

    public Dictionary<string, string> Images { get; } = [];

    public List<WarningEvent> Warnings { get; } = [];

    public List<Definition> Solved { get; } = [];

    public IReadOnlyList<OciPlatform> Platforms { get; init; } = [new("linux", "amd64"), new("linux", "arm64")];

    public string SessionId => "session";

    public string Id => "build";

    public CancellationToken Stopped => CancellationToken.None;

    public (string Name, FrontendRequest Request)? Forwarded { get; private set; }

    public Task<ResolvedImage> ResolveImageAsync(ImageQuestion question, CancellationToken cancellation) =>
        Images.TryGetValue(question.Reference, out string? config)
            ? Task.FromResult(new ResolvedImage(question.Reference, Oci.Images.Digest.Parse(Digest), Encoding.UTF8.GetBytes(config)))
            : throw QuaiException.NotFound($"{question.Reference}: not found");

    public Task<IBuildRef?> SolveAsync(Definition definition, CancellationToken cancellation)
    {
        lock (Solved)
        {
            Solved.Add(definition);
        }

        return Task.FromResult<IBuildRef?>(definition.Def.Count == 0 ? null : new FakeRef(definition, Files));
    }

    public Task<SolveResult> RunFrontendAsync(string name, FrontendRequest request, CancellationToken cancellation)
    {
        Forwarded = (name, request);
        return Task.FromResult(new SolveResult());
    }

    public Task<int> RunProgramAsync(IBuildRef? root, FrontendProgram program, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IBuildContainer> OpenContainerAsync(ContainerRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    public IReadOnlyList<IBuildRef?> FilesOf(Quai.Build.Steps.Programs.FailedStep failed) => [];

    public IReadOnlyList<IBuildRef> InputsOf(Quai.Build.Steps.Programs.FailedStep failed) => [];

    public void ImportCache(IReadOnlyList<CacheReference> caches)
    {
    }

    public void Warn(WarningEvent warning) => Warnings.Add(warning);

    private sealed class FakeRef(Definition definition, Dictionary<string, string> files) : IBuildRef
    {
        public Definition Definition => definition;

        public Task EvaluateAsync(CancellationToken cancellation) => Task.CompletedTask;

        public Task<byte[]> ReadFileAsync(string path, long offset, long? length, CancellationToken cancellation) =>
            files.TryGetValue(path, out string? text) ? Task.FromResult(Encoding.UTF8.GetBytes(text)) : throw QuaiException.NotFound($"open {path}: no such file or directory");

        public Task<IReadOnlyList<ContextEntry>> ReadDirectoryAsync(string path, string? pattern, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ContextEntry> StatAsync(string path, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
