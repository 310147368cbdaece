using Quai.Errors;

namespace Quai.Registry.Authentication;

/// <summary>A registry asks for a user and a password, and there are none for it.</summary>
internal sealed class NoCredentialsException() : QuaiException(ErrorKind.System, "no basic auth credentials");
