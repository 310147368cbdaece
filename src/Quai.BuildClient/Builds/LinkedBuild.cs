using Quai.BuildProtocol.Gateway;

namespace Quai.BuildClient.Builds;

/// <summary>A build whose source is compiled and whose result is still to be exported.</summary>
public sealed class LinkedBuild
{
    internal LinkedBuild(Result? result)
    {
        Result = result ?? new Result();
        Link = new LinkedResult(Result);
    }

    /// <summary>The result for other builds.</summary>
    public LinkedResult Link { get; }

    /// <summary>The result as it is returned.</summary>
    internal Result Result { get; }
}
