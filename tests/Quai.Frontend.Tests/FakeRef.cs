using System.Text;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Frontend.Tests;

/// <summary>A result whose files are given.</summary>
internal sealed class FakeRef(Definition definition, IReadOnlyDictionary<string, string> files) : IBuildRef
{
    public Definition Definition => definition;

    public Task EvaluateAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<byte[]> ReadFileAsync(string path, long offset, long? length, CancellationToken cancellation) =>
        files.TryGetValue(path, out string? text) ? Task.FromResult(Encoding.UTF8.GetBytes(text)) : throw QuaiException.NotFound($"open {path}: no such file or directory");

    public Task<IReadOnlyList<ContextEntry>> ReadDirectoryAsync(string path, string? pattern, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ContextEntry> StatAsync(string path, CancellationToken cancellation) => throw new NotSupportedException();
}
