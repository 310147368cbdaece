using Quai.Build.Sessions;
using Quai.BuildTransfer;

namespace Quai.Build.Contexts;

/// <summary>A file of a context that is here.</summary>
/// <param name="Entry">What the client said of it.</param>
/// <param name="Digest">The SHA-256 of a regular file's content; empty for others.</param>
internal sealed record ContextRecord(ContextEntry Entry, byte[] Digest)
{
    /// <summary>Whether the client says the same of a file as it did before: then its content is the same, too.</summary>
    public bool IsAs(ContextEntry other) =>
        Entry.Kind == other.Kind && Entry.Mode == other.Mode && Entry.LinkName == other.LinkName
        && (Entry.Kind == ContextEntryKind.Directory || (Entry.Size == other.Size && Entry.ModifiedAt == other.ModifiedAt))
        && Entry.DeviceMajor == other.DeviceMajor && Entry.DeviceMinor == other.DeviceMinor && SameAttributes(Entry.Attributes, other.Attributes);

    private static bool SameAttributes(IReadOnlyDictionary<string, byte[]> one, IReadOnlyDictionary<string, byte[]> other) =>
        one.Count == other.Count && one.All(a => other.TryGetValue(a.Key, out byte[]? value) && value.AsSpan().SequenceEqual(a.Value));
}
