namespace HelloAgency;

/// <summary>The agency's words: Texts.resx in Traditional Chinese, Texts.en.resx in English.</summary>
public sealed class Texts;
