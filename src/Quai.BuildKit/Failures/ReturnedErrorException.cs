using Quai.Errors;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildKit.Failures;

/// <summary>A build failed, and the client or the frontend that drove it says why.</summary>
/// <param name="status">Its words and details, which are passed on as they are.</param>
internal sealed class ReturnedErrorException(RpcStatus status) : QuaiException(ErrorKind.System, status.Message)
{
    /// <summary>Its words and details.</summary>
    public RpcStatus Status => status;
}
