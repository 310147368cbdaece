using System.Runtime.CompilerServices;
using Quai.Api.Containers;
using Quai.Engine.Containers;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>Containers' files: each test sets what it calls.</summary>
internal sealed class FakeFiles : IContainerFiles
{
    public Func<string, string, ContainerPathStat>? OnStat { get; set; }

    public Func<CommitRequest, string>? OnCommit { get; set; }

    public Task<ContainerPathStat> StatPathAsync(string id, string path, CancellationToken cancellation) => Task.FromResult((OnStat ?? throw Unexpected())(id, path));

    public Task<IContainerArchive> ArchivePathAsync(string id, string path, CancellationToken cancellation) => throw Unexpected();

    public Task ExtractAsync(string id, string path, bool noOverwriteDirNonDir, bool copyOwner, Stream content, CancellationToken cancellation) => throw Unexpected();

    public Task<IContainerArchive> ExportAsync(string id, CancellationToken cancellation) => throw Unexpected();

    public Task<string> CommitAsync(CommitRequest request, CancellationToken cancellation) => Task.FromResult((OnCommit ?? throw Unexpected())(request));

    private static InvalidOperationException Unexpected([CallerMemberName] string member = "") => new($"{member} was not expected");
}
