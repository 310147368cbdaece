namespace Quai.Dockerfiles.Syntax;

/// <summary>A here-document: text of a file that follows an instruction, as in a shell.</summary>
/// <param name="Name">The word that ends it, which a file is named after.</param>
/// <param name="Content">The text, with line feeds.</param>
/// <param name="Expands">Whether variables in it are expanded: not where a part of the word was quoted.</param>
/// <param name="StripsTabs">Whether tabs at the beginning of lines are of no account (<c>&lt;&lt;-</c>).</param>
/// <param name="Descriptor">The descriptor that it is the content of, as a shell counts them: 0 where none is given.</param>
public sealed record HereDocument(string Name, string Content, bool Expands, bool StripsTabs, int Descriptor);
