namespace Quai.Build.RemoteCaches.Objects;

/// <summary>What is known of an object.</summary>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedAt">When it was written; null where the server does not say.</param>
internal sealed record ObjectStatus(long Size, DateTimeOffset? ModifiedAt);
