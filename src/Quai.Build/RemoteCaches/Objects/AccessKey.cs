namespace Quai.Build.RemoteCaches.Objects;

/// <summary>By what requests are signed.</summary>
/// <param name="Id">The key's name.</param>
/// <param name="Secret">The key.</param>
/// <param name="SessionToken">What goes along with a key that lasts for a time; empty for none.</param>
internal sealed record AccessKey(string Id, string Secret, string SessionToken)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
