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

    /// <summary><c>sigstoreSigned</c>: a good signature by one of the keys, made for this identity.</summary>
    /// <param name="Keys">Any of them will do.</param>
    /// <param name="Identity">Which signer's words count as being about the image.</param>
    public sealed record Signed(IReadOnlyList<VerificationKey> Keys, SignedIdentity Identity) : PolicyRequirement;
}
