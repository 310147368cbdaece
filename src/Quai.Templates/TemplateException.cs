using Quai.Errors;

namespace Quai.Templates;

/// <summary>A template that cannot be parsed or executed. The message is worded as Go's text/template words it.</summary>
/// <param name="message">The whole message, with the template's name and place.</param>
public sealed class TemplateException(string message) : QuaiException(ErrorKind.InvalidParameter, message);
