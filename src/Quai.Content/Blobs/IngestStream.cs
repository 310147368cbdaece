using Quai.Archives;

namespace Quai.Content.Blobs;

/// <summary>Writes to a blob that is being made.</summary>
/// <param name="file">The blob; its own affair when this is disposed.</param>
public sealed class IngestStream(IngestFile file) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => file.Write(buffer);
}
