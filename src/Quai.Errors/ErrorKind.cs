namespace Quai.Errors;

/// <summary>The kind of failure. The daemon maps each kind to one HTTP status, as Docker does.</summary>
public enum ErrorKind
{
    /// <summary>Something broke that the caller could not have prevented (HTTP 500).</summary>
    System,

    /// <summary>The request is malformed or asks for something impossible (HTTP 400).</summary>
    InvalidParameter,

    /// <summary>The credentials are missing or wrong (HTTP 401).</summary>
    Unauthorized,

    /// <summary>The request is understood and refused by policy or state (HTTP 403).</summary>
    Forbidden,

    /// <summary>The named object does not exist (HTTP 404).</summary>
    NotFound,

    /// <summary>The object is in a state, or has a name, that forbids the operation (HTTP 409).</summary>
    Conflict,

    /// <summary>The object already is in the requested state (HTTP 304).</summary>
    NotModified,

    /// <summary>A part that the operation needs is currently unavailable (HTTP 503).</summary>
    Unavailable,

    /// <summary>Docker has the operation but this build does not (HTTP 501).</summary>
    NotImplemented,
}
