namespace Quai.Build.RemoteCaches.Actions;

/// <summary>An entry of the cache.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Address">Where its content is; who has the address has access.</param>
internal sealed record ActionsEntry(string Key, Uri Address);
