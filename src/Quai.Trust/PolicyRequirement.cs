namespace Quai.Trust;

/// <summary>What a policy demands of an image.</summary>
public abstract record PolicyRequirement
{
    private PolicyRequirement()
    {
    }

    /// <summary><c>insecureAcceptAnything</c>.</summary>
    public sealed record Accept : PolicyRequirement;

    /// <summary><c>reject</c>.</summary>
    public sealed record Reject : PolicyRequirement;

    /// <summary><c>sigstoreSigned</c>: a valid signature by one of the keys, made for this identity.</summary>
    /// <param name="Keys">Any one of them suffices.</param>
    /// <param name="Identity">Which signed identities count as being about the image.</param>
    public sealed record Signed(IReadOnlyList<VerificationKey> Keys, SignedIdentity Identity) : PolicyRequirement;
}
