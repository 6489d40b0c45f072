/** The console's words in the reader's language. They travel with the console, not with the first load. */
import { language } from "../strings";
import { de } from "./words.de";
import { en, type ConsoleWords } from "./words.en";

export const w: ConsoleWords = language === "de" ? de : en;
