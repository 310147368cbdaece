using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>There is an entry with a key already, or somebody is about to write it.</summary>
/// <param name="refusal">What the server answered.</param>
internal sealed class EntryExistsException(QuaiException refusal) : QuaiException(ErrorKind.Conflict, refusal.Message, refusal);
