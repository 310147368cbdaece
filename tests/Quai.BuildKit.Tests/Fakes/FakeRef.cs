using System.Text;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.BuildKit.Tests.Fakes;

/// <summary>A result with one file.</summary>
internal sealed class FakeRef(Definition definition) : IBuildRef
{
    public Definition Definition => definition;

    public int Evaluations { get; private set; }

    public Task EvaluateAsync(CancellationToken cancellation)
    {
        Evaluations++;
        return Task.CompletedTask;
    }

    public Task<byte[]> ReadFileAsync(string path, long offset, long? length, CancellationToken cancellation) => path == "/hello"
        ? Task.FromResult(Encoding.UTF8.GetBytes($"{offset}+{length}"))
        : throw QuaiException.NotFound($"open {path}: no such file or directory");

    public Task<IReadOnlyList<ContextEntry>> ReadDirectoryAsync(string path, string? pattern, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ContextEntry>>([new ContextEntry("hello", ContextEntryKind.File, 0x1a4) { Size = 3 }, new ContextEntry(pattern ?? "all", ContextEntryKind.Directory, 0x1ed)]);

    public Task<ContextEntry> StatAsync(string path, CancellationToken cancellation) =>
        Task.FromResult(new ContextEntry("hello", ContextEntryKind.File, 0x9ed) { Size = 3 });
}
