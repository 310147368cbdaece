namespace Quai.Build.Tests.Fakes;

/// <summary>A file that a client takes: whole only if it is disposed before its transfer is stopped.</summary>
internal sealed class SentFile(IReadOnlyDictionary<string, string> attributes, CancellationToken transfer) : MemoryStream
{
    public IReadOnlyDictionary<string, string> Attributes => attributes;

    public bool IsWhole { get; private set; }

    public bool IsBroken { get; private set; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        (IsWhole, IsBroken) = (!transfer.IsCancellationRequested, transfer.IsCancellationRequested);
        transfer.ThrowIfCancellationRequested();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return base.WriteAsync(buffer, cancellationToken);
    }
}
