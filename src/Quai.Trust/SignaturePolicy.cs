using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Trust;

/// <summary>Which images may be used: the rules of a <c>policy.json</c> in the format of <c>containers-policy.json(5)</c>.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Default">Applies if no scope does.</param>
/// <param name="Scopes">For images of registries, by scope: a reference, a repository, a part of its path, a host, <c>*.domain</c>, or "" for all.</param>
public sealed record SignaturePolicy(string Source, IReadOnlyList<PolicyRequirement> Default, IReadOnlyDictionary<string, IReadOnlyList<PolicyRequirement>> Scopes)
{
    /// <summary>What applies to an image, by its most specific scope.</summary>
    public (string Scope, IReadOnlyList<PolicyRequirement> Requirements) For(ImageReference image)
    {
        foreach (string scope in ScopesOf(image))
        {
            if (Scopes.TryGetValue(scope, out IReadOnlyList<PolicyRequirement>? requirements))
            {
                return (scope, requirements);
            }
        }

        return ("default", Default);
    }

    /// <summary>Whether an image's signatures need checking; if not, none have to be fetched for it.</summary>
    public bool NeedsSignatures(ImageReference image) => For(image).Requirements.Any(r => r is PolicyRequirement.Signed);

    /// <summary>Lets an image pass, or says why not.</summary>
    /// <param name="image">The requested name.</param>
    /// <param name="digests">The digests of the manifest, and of the index it was chosen from: a signature of either suffices.</param>
    /// <param name="signatures">What was found for them.</param>
    /// <returns>The valid signatures.</returns>
    /// <exception cref="QuaiException">Forbidden.</exception>
    public IReadOnlyList<ImageSignature> Check(ImageReference image, IReadOnlyCollection<Digest> digests, IReadOnlyList<ImageSignature> signatures)
    {
        (string scope, IReadOnlyList<PolicyRequirement> requirements) = For(image);
        List<ImageSignature> good = [];
        foreach (PolicyRequirement requirement in requirements)
        {
            switch (requirement)
            {
                case PolicyRequirement.Accept:
                    break;
                case PolicyRequirement.Reject:
                    throw Refused(image, $"images of scope \"{scope}\" are rejected");
                case PolicyRequirement.Signed signed:
                    ImageSignature[] matching = [.. signatures.Where(s => IsGood(signed, s, image, digests))];
                    good.AddRange(matching);
                    if (matching.Length == 0)
                    {
                        throw Refused(image, Problem(signed, signatures, scope));
                    }

                    break;
                default:
                    throw new InvalidOperationException(requirement.ToString());
            }
        }

        return good;
    }

    /// <summary>From the reference itself to the host, its domains, and all. Host names are case-insensitive, so their lower-case scopes come first.</summary>
    internal static IEnumerable<string> ScopesOf(ImageReference image) =>
        [.. new[] { image with { Domain = image.Domain.ToLowerInvariant() }, image }.Distinct().SelectMany(NarrowerScopesOf), ""];

    private static IEnumerable<string> NarrowerScopesOf(ImageReference image)
    {
        if (image.Digest is { } digest)
        {
            yield return $"{image.Name}@{digest}";
        }

        if (image.Tag is { } tag)
        {
            yield return $"{image.Name}:{tag}";
        }

        string scope = image.Name;
        for (int slash = scope.Length; slash > 0; slash = scope.LastIndexOf('/'))
        {
            scope = scope[..slash];
            yield return scope;
        }

        string host = scope.Split(':')[0];
        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', StringComparison.Ordinal))
        {
            host = host[(dot + 1)..];
            yield return "*." + host;
        }
    }

    private static bool IsGood(PolicyRequirement.Signed requirement, ImageSignature signature, ImageReference image, IReadOnlyCollection<Digest> digests)
    {
        if (!requirement.Keys.Any(k => k.Verifies(signature)))
        {
            return false;
        }

        try
        {
            var said = SimpleSigning.Read(signature.Payload);
            return digests.Contains(said.Digest) && requirement.Identity.Matches(said.Identity, image);
        }
        catch (QuaiException)
        {
            return false;
        }
    }

    private static string Problem(PolicyRequirement.Signed requirement, IReadOnlyList<ImageSignature> signatures, string scope)
    {
        string keys = string.Join(" or ", requirement.Keys.Select(k => k.Fingerprint));
        string needed = $"scope \"{scope}\" needs a signature by key {keys}, and";
        return signatures.Count == 0
            ? $"{needed} the image is not signed"
            : signatures.Any(s => requirement.Keys.Any(k => k.Verifies(s)))
                ? $"{needed} what that key signed is another image or repository"
                : $"{needed} none of the image's {signatures.Count} signatures is by it";
    }

    private QuaiException Refused(ImageReference image, string why) =>
        new(ErrorKind.Forbidden, $"image {image.Familiar} is refused by the policy {Source}: {why}");
}
