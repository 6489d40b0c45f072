package dev.stoa.conversation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator may choose for chats, {@code stoa.chat.*}.
 *
 * @param titles whether the model that gives the first answer names the conversation
 * @param memoryProposals whether a model that knows tools, and has answered, proposes what to remember
 * @param systemPrompt said to the model before every conversation; empty leaves it to the model's own template
 */
@ConfigurationProperties("stoa.chat")
public record ChatSettings(
        @DefaultValue("You are a helpful assistant. Answer in Markdown.")
        String systemPrompt,

        @DefaultValue("true") boolean titles,
        @DefaultValue("true") boolean memoryProposals) {}
