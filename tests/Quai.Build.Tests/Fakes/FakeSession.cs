using System.Text;
using Quai.Build.Sessions;
using Quai.BuildTransfer;
using Quai.Registry;

namespace Quai.Build.Tests.Fakes;

/// <summary>A client that has secrets and uploads, and takes what is exported.</summary>
internal sealed class FakeSession : IBuildSession
{
    public string Id => "session";

    public string SharedKey => "";

    public Dictionary<string, string> Secrets { get; } = [];

    public Dictionary<string, RegistryAuth> Credentials { get; } = [];

    public Dictionary<string, byte[]> Uploads { get; } = [];

    public List<SentFile> Files { get; } = [];

    /// <summary>Every tree that was sent: its paths, and the text of regular files.</summary>
    public List<IReadOnlyList<(string Path, string? Text)>> Trees { get; } = [];

    public IClientContent OpenContent(string store) => throw new NotSupportedException();

    public Task<(bool IsSame, byte[] Listing)> CompareAsync(ContextRequest request, byte[] listing, CancellationToken cancellation) => Task.FromResult((false, Array.Empty<byte>()));

    public Task SyncAsync(ContextRequest request, IContextUpdate update, CancellationToken cancellation) => throw new NotSupportedException();

    public async Task SendTreeAsync(int exporter, ISentTree tree, CancellationToken cancellation)
    {
        List<(string, string?)> sent = [];
        foreach (ContextEntry entry in tree.Entries())
        {
            string? text = null;
            if (entry.Kind == ContextEntryKind.File)
            {
                using var reader = new StreamReader(tree.Open(entry.Path));
                text = await reader.ReadToEndAsync(cancellation);
            }

            sent.Add((entry.Path, text));
        }

        Trees.Add(sent);
    }

    public Task<Stream> SendFileAsync(int exporter, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation)
    {
        Files.Add(new SentFile(attributes, cancellation));
        return Task.FromResult<Stream>(Files[^1]);
    }

    public Task<Stream> ReceiveUploadAsync(string id, CancellationToken cancellation) => Task.FromResult<Stream>(new MemoryStream(Uploads[id]));

    public Task<RegistryAuth?> CredentialsAsync(string host, CancellationToken cancellation) =>
        Task.FromResult(Credentials.GetValueOrDefault(host));

    public Task<byte[]?> SecretAsync(string id, CancellationToken cancellation) =>
        Task.FromResult(Secrets.TryGetValue(id, out string? secret) ? Encoding.UTF8.GetBytes(secret) : null);

    public Task<bool> HasAgentAsync(string id, CancellationToken cancellation) => Task.FromResult(false);

    public Task<Stream> ConnectAgentAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();
}
