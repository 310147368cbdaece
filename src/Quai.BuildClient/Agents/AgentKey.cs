namespace Quai.BuildClient.Agents;

/// <summary>A private key that an agent holds.</summary>
/// <param name="blob">Its public half, as SSH writes it.</param>
/// <param name="comment">What it is called.</param>
internal abstract class AgentKey(byte[] blob, string comment)
{
    /// <summary>Its public half, as SSH writes it.</summary>
    public ReadOnlySpan<byte> Blob => blob;

    /// <summary>What it is called.</summary>
    public string Comment => comment;

    /// <summary>Signs.</summary>
    /// <param name="data">What.</param>
    /// <param name="flags">How, as the agents' protocol has it: 2 and 4 ask for newer hashes of RSA.</param>
    /// <returns>The signature as SSH writes it: its kind and its bytes.</returns>
    public abstract byte[] Sign(ReadOnlySpan<byte> data, uint flags);
}
