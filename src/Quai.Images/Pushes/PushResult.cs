namespace Quai.Images;

/// <summary>What a push stored in a registry: the <c>aux</c> of its last message.</summary>
public sealed record PushResult(string Tag, string Digest, long Size);
