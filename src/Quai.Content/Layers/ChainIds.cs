using System.Text;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>Names of stacks of layers (OCI image specification, <c>config.md</c>, "Layer ChainID").</summary>
public static class ChainIds
{
    /// <summary>The chain id of each layer, from the bottom up.</summary>
    public static string[] Of(IReadOnlyList<string> diffIds)
    {
        string[] chains = new string[diffIds.Count];
        for (int i = 0; i < chains.Length; i++)
        {
            chains[i] = i == 0 ? diffIds[0] : Digest.Of(Encoding.ASCII.GetBytes($"{chains[i - 1]} {diffIds[i]}")).ToString();
        }

        return chains;
    }
}
