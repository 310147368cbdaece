using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Trust;

/// <summary>How the identity in a signature must relate to the requested image name (<c>containers-policy.json(5)</c>, "signedIdentity").</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Reference">For the exact rules: the reference or repository; for a remap: the prefix here.</param>
/// <param name="SignedPrefix">For a remap: the prefix that the signer used.</param>
public sealed record SignedIdentity(SignedIdentityKind Kind, string? Reference = null, string? SignedPrefix = null)
{
    /// <summary>Cosign names only the repository: so that is compared, and the tag only if the signer named one.</summary>
    public static SignedIdentity Default { get; } = new(SignedIdentityKind.MatchRepository);

    /// <summary>Whether a signer who wrote <paramref name="signed"/> meant <paramref name="image"/>.</summary>
    public bool Matches(string signed, ImageReference image)
    {
        ImageReference said;
        try
        {
            said = ImageReference.Parse(signed);
        }
        catch (QuaiException)
        {
            return false;
        }

        return Kind switch
        {
            SignedIdentityKind.MatchExact => said.Name == image.Name && said.Tag is not null && said.Tag == image.Tag,
            SignedIdentityKind.MatchRepository => said.Name == image.Name && (said.Tag is null || image.Tag is null || said.Tag == image.Tag),
            SignedIdentityKind.ExactRepository => said.Name == ImageReference.Parse(Reference!).Name,
            SignedIdentityKind.ExactReference => said.Canonical == ImageReference.Parse(Reference!).Canonical,
            SignedIdentityKind.RemapIdentity => said.Name == Remapped(image.Name),
            _ => false,
        };
    }

    private string Remapped(string name) =>
        name == Reference || name.StartsWith(Reference + "/", StringComparison.Ordinal) ? SignedPrefix + name[Reference!.Length..] : name;
}

/// <summary>The rules of <see cref="SignedIdentity"/>.</summary>
public enum SignedIdentityKind
{
    /// <summary>The same repository; also the same tag if the signer named one.</summary>
    MatchRepository,

    /// <summary>The same repository and tag.</summary>
    MatchExact,

    /// <summary>The repository that the policy names.</summary>
    ExactRepository,

    /// <summary>The reference that the policy names.</summary>
    ExactReference,

    /// <summary>The same repository after replacing its prefix: for mirrors.</summary>
    RemapIdentity,
}
